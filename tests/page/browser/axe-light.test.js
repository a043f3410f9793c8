import { testViews } from './axe.js'

testViews('light')
